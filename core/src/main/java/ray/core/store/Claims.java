package ray.core.store;

import org.jspecify.annotations.Nullable;
import ray.core.LongMap;

/** Who keeps what: makes and ends the claims, and counts the pins of the entries with them. */
final class Claims {
  final LongMap<Claim.Process> processes = new LongMap<>();

  /** All that a process keeps an object by, from now on if there was nothing. */
  Claim of(Entry entry, long process) {
    Claim claim = entry.claimOf(process);
    if (claim != null) {
      return claim;
    }
    Claim.Process of = processes.get(process);
    if (of == null) {
      of = new Claim.Process(process);
      processes.put(process, of);
    }
    return new Claim(entry, of);
  }

  static void dropIfEmpty(Claim claim) {
    if (claim.isEmpty()) {
      claim.unlink();
    }
  }

  void beginWriting(Entry entry, long writer) {
    entry.beingWritten = true;
    of(entry, writer).writes = true;
  }

  static void endWriting(Entry entry) {
    entry.beingWritten = false;
    Claim claim = entry.firstClaim;
    while (claim != null) {
      Claim next = claim.nextOfEntry;
      if (claim.writes) {
        claim.writes = false;
        dropIfEmpty(claim);
      }
      claim = next;
    }
  }

  void pin(Entry entry, long process) {
    Claim claim = of(entry, process);
    if (!claim.pins) {
      claim.pins = true;
      entry.pins++;
    }
  }

  /** Nobody pins it any more. */
  static void unpin(Entry entry) {
    Claim claim = entry.firstClaim;
    while (claim != null) {
      Claim next = claim.nextOfEntry;
      claim.pins = false;
      dropIfEmpty(claim);
      claim = next;
    }
    entry.pins = 0;
  }

  /** Forgets a process, and returns the first of its claims, which are to be dropped. */
  @Nullable Claim remove(long process) {
    Claim.Process gone = processes.remove(process);
    return gone == null ? null : gone.firstClaim;
  }
}

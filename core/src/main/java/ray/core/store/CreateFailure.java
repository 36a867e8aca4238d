package ray.core.store;

import java.util.List;
import java.util.function.LongFunction;

/** Why an object could not be created. */
public sealed interface CreateFailure {
  /** One or two sentences for a person: what happened and what to do about it. */
  String message();

  /** The same with the processes as people know them. */
  default String message(LongFunction<String> names) {
    return message();
  }

  /** The key is taken; keys are never used twice. */
  record KeyInUse(long key) implements CreateFailure {
    @Override
    public String message() {
      return "The store already has, or waits to create, an object with key " + key + ".";
    }
  }

  /** No store of this shape can hold the object, however empty. */
  record TooLarge(long sizeBytes, long maxObjectBytes, long capacityBytes)
      implements CreateFailure {
    @Override
    public String message() {
      String limit = String.format("%,d", maxObjectBytes);
      String next =
          maxObjectBytes < capacityBytes
              ? "An object lies in one piece of memory of at most that size: split the value into"
                  + " several."
              : "Give the store more memory or split the value into several.";
      return String.format("An object of %,d bytes is too large for this store, ", sizeBytes)
          + "whose largest object has "
          + limit
          + " bytes. "
          + next;
    }
  }

  /** It waited for room until its time was over. */
  record TimedOut(
      long sizeBytes,
      long waitedNs,
      long capacityBytes,
      long usedBytes,
      long largestFreeBytes,
      int stillWaiting,
      List<Holder> topHolders)
      implements CreateFailure {
    public TimedOut {
      topHolders = List.copyOf(topHolders);
    }

    @Override
    public String message() {
      return message(process -> String.format("process %x", process));
    }

    @Override
    public String message(LongFunction<String> names) {
      var text = new StringBuilder();
      text.append(
          String.format(
              "The store had no room for an object of %,d bytes within %.1f s: %,d of %,d bytes are"
                  + " in use, the largest free range has %,d bytes, %,d creates wait.",
              sizeBytes, waitedNs / 1e9, usedBytes, capacityBytes, largestFreeBytes, stillWaiting));
      for (Holder holder : topHolders) {
        text.append(
            String.format(
                " %s keeps %,d bytes in %,d objects (%,d owned, %,d in views).",
                capitalized(names.apply(holder.process())),
                holder.bytes(),
                holder.objects(),
                holder.pinnedBytes(),
                holder.readBytes()));
      }
      return text.append(
              " Close refs and drop views that are no longer needed, produce fewer values at a"
                  + " time, or give the store more memory.")
          .toString();
    }

    private static String capitalized(String name) {
      return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
  }

  /** So many creates wait already that one more is refused. */
  record TooManyWaiting(int maxWaitingCreates) implements CreateFailure {
    @Override
    public String message() {
      return String.format(
          "The store is full and %,d creates wait for room already, which is its limit. Produce"
              + " fewer values at a time, or give the store more memory.",
          maxWaitingCreates);
    }
  }

  /** It was given up while it waited. */
  record Cancelled() implements CreateFailure {
    @Override
    public String message() {
      return "The create was cancelled while it waited for room in the store.";
    }
  }

  /** The process that would have owned or written it died while it waited. */
  record ProcessDied(long process) implements CreateFailure {
    @Override
    public String message() {
      return String.format(
          "Process %x died while its create waited for room in the store.", process);
    }
  }
}

package ray.core.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ray.core.LongMap;

/** Says what is in a store, and who keeps it; changes nothing. */
final class StoreReport {
  private StoreReport() {}

  static StoreStats stats(StoreState store, long evictedObjects) {
    LongMap<Entry> entries = store.entries();
    var sum =
        new Object() {
          int unsealed;
          int read;
          long readBytes;
          long lingeringBytes;
        };
    entries.forEach(entry -> {
      sum.unsealed += entry.beingWritten && entry.chunk == null ? 1 : 0;
      sum.read += entry.readers > 0 ? 1 : 0;
      sum.readBytes += entry.readers > 0 ? entry.block.sizeBytes : 0;
      sum.lingeringBytes += entry.state == ObjectState.LINGERING ? entry.block.sizeBytes : 0;
    });
    return new StoreStats(
        store.allocator().capacityBytes(),
        store.allocator().usedBytes() - store.chunks().bytes(),
        store.allocator().largestFreeBytes(),
        entries.size() - store.chunks().count(),
        sum.unsealed,
        sum.read,
        sum.readBytes,
        sum.lingeringBytes,
        store.evictables().bytes(),
        evictedObjects,
        store.waiting().size(),
        store.waiting().bytes(),
        store.chunks().bytes());
  }

  /** The objects, the largest first, at most so many. */
  static List<ObjectInfo> objects(LongMap<Entry> entries, int limit) {
    List<Entry> all = new ArrayList<>();
    entries.forEach(entry -> {
      if (entry.chunk == null) {
        all.add(entry);
      }
    });
    return all.stream()
        .sorted(
            Comparator.comparingLong((Entry e) -> e.block.sizeBytes)
                .reversed()
                .thenComparingLong(e -> e.object.key()))
        .limit(limit)
        .map(StoreReport::info)
        .toList();
  }

  /** The processes that keep most bytes, at most so many. */
  static List<Holder> topHolders(LongMap<Claim.Process> processes, int limit) {
    List<Holder> all = new ArrayList<>();
    processes.forEach(process -> {
      if (process.firstClaim != null) {
        all.add(holder(process));
      }
    });
    return all.stream()
        .sorted(
            Comparator.comparingLong(Holder::bytes).reversed().thenComparingLong(Holder::process))
        .limit(limit)
        .toList();
  }

  private static ObjectInfo info(Entry entry) {
    List<Long> owners = new ArrayList<>();
    List<Long> readers = new ArrayList<>();
    for (Claim at = entry.firstClaim; at != null; at = at.nextOfEntry) {
      if (at.pins) {
        owners.add(at.process.id);
      }
      if (at.readers > 0) {
        readers.add(at.process.id);
      }
    }
    return new ObjectInfo(entry.object, entry.kind, entry.state, owners, readers, entry.createdNs);
  }

  private static Holder holder(Claim.Process process) {
    int objects = 0;
    long bytes = 0;
    long pinnedBytes = 0;
    long readBytes = 0;
    for (Claim at = process.firstClaim; at != null; at = at.nextOfProcess) {
      long size = at.entry.block.sizeBytes;
      objects++;
      bytes += size;
      pinnedBytes += at.pins ? size : 0;
      readBytes += at.readers > 0 ? size : 0;
    }
    return new Holder(process.id, objects, bytes, pinnedBytes, readBytes);
  }
}

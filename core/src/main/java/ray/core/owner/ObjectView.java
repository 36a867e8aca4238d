package ray.core.owner;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.ObjectInfo;
import ray.core.Outcome;

/**
 * What is shown of an object.
 *
 * @param id the object
 * @param outcome what it is; null until that is known
 * @param alias whether it is another name of an object
 * @param holders who holds it
 * @param borrowers registrations by process
 * @param creationSite where it was created, opaque
 */
public record ObjectView(
    ObjectId id,
    @Nullable Outcome outcome,
    boolean alias,
    Map<ObjectInfo.Holder, Integer> holders,
    Map<Long, Integer> borrowers,
    @Nullable Object creationSite) {

  /** What a process knows of another's object, and why it holds it. */
  static ObjectView of(BorrowedReference foreign) {
    return new ObjectView(foreign.id(), foreign.outcome, false, holders(foreign), Map.of(), null);
  }

  private static Map<ObjectInfo.Holder, Integer> holders(Reference reference) {
    Map<ObjectInfo.Holder, Integer> holders = new EnumMap<>(ObjectInfo.Holder.class);
    count(holders, ObjectInfo.Holder.LOCAL_HANDLE, reference.handles);
    count(holders, ObjectInfo.Holder.TASK_ARGUMENT, reference.arguments);
    count(holders, ObjectInfo.Holder.CONTAINED, reference.contained);
    count(holders, ObjectInfo.Holder.ALIAS, reference.aliases);
    return holders;
  }

  static ObjectView of(OwnedReference own) {
    Map<ObjectInfo.Holder, Integer> holders = holders(own);
    count(holders, ObjectInfo.Holder.PENDING_TASK, own.producer == null ? 0 : 1);
    Map<Long, Integer> borrowers = new TreeMap<>();
    if (own.borrowers != null) {
      own.borrowers.forEach((each, count) -> borrowers.merge(each.borrower(), count, Integer::sum));
    }
    count(holders, ObjectInfo.Holder.BORROWER, borrowers.size());
    return new ObjectView(
        own.id(),
        own.outcome,
        own.target != null || own.adopting != null,
        holders,
        borrowers,
        own.creationSite);
  }

  private static void count(
      Map<ObjectInfo.Holder, Integer> holders, ObjectInfo.Holder holder, int count) {
    if (count != 0) {
      holders.put(holder, count);
    }
  }
}

package ray.core.store;

import java.util.List;

/**
 * One stored object and who keeps it.
 *
 * @param owners the processes that pin it
 * @param readers the processes that have views of it
 * @param createdNs the time at which its create was asked for
 */
public record ObjectInfo(
    StoreObject object,
    CopyKind kind,
    ObjectState state,
    List<Long> owners,
    List<Long> readers,
    long createdNs) {
  public ObjectInfo {
    owners = List.copyOf(owners);
    readers = List.copyOf(readers);
  }
}

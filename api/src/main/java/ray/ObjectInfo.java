package ray;

import java.util.Map;
import java.util.Optional;

/**
 * One object that lives, as its owner knows it.
 *
 * @param id the object's id
 * @param state whether there is a value
 * @param sizeBytes its size; 0 until there is a value
 * @param inStore whether it is in the object store rather than in its owner's heap
 * @param holders who holds it: how many of each kind
 * @param borrowers how many other processes hold it, by their id
 * @param creationSite where it was created, if {@link RayOptions#recordCreationSites} was asked for
 */
public record ObjectInfo(
    ObjectId id,
    State state,
    long sizeBytes,
    boolean inStore,
    Map<Holder, Integer> holders,
    Map<String, Integer> borrowers,
    Optional<String> creationSite) {

  /** Whether there is a value. */
  public enum State {
    /** Its task has not ended. */
    PENDING,
    /** It is another name of an object that is not ready. */
    ALIAS,
    /** There is a value. */
    READY,
    /** There is an error in place of a value. */
    FAILED
  }

  /** What keeps an object alive. */
  public enum Holder {
    /** A handle in the owner's process. */
    LOCAL_HANDLE,
    /** An unfinished task that takes it. */
    TASK_ARGUMENT,
    /** A living object that contains it. */
    CONTAINED,
    /** A living object that is another name of it. */
    ALIAS,
    /** Another process that holds it. */
    BORROWER,
    /** Its own task, which has not ended. */
    PENDING_TASK
  }
}

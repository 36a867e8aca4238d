package ray.core.store;

import java.util.List;

/**
 * What {@link StoreCore} asks its shell to do. Called in the order of the decisions, from within
 * the call that caused them; an implementation takes note and never calls the core back.
 */
public interface StoreEffects {
  /** The object has its bytes; its writer may fill them and then seals it. */
  void created(StoreObject object);

  /** The create will not succeed; nothing of it remains. */
  void createFailed(long key, CreateFailure failure);

  /** A complete object was made of the front of a chunk. */
  void carved(StoreObject object);

  /**
   * That process should give back a chunk ({@link StoreCore#cancelCreate}) as soon as it writes
   * nothing to it.
   */
  void returnChunk(long chunk, long process);

  /**
   * A process that is gone or given up has made these objects for another, which pins them, but
   * perhaps will never hear of them: then it should release them.
   */
  void resultsLeft(long writer, long owner, List<Long> keys);

  /** The object is gone and its bytes may be given to another at any moment. */
  void freed(StoreObject object, FreeCause cause);
}

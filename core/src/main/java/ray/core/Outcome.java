package ray.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.ObjectId;

/**
 * What an object turned out to be. Bodies are opaque to the cores: serialized bytes, or in one JVM
 * a value known to be immutable. The refs that a body contains travel beside it, so that an owner
 * can rename them without touching the bytes.
 */
public sealed interface Outcome {
  /** The refs that the body contains, by their index in the body. */
  List<ObjectId> contained();

  /** A copy whose contained refs have other names. */
  Outcome renamed(List<ObjectId> contained);

  /**
   * A small value, which travels inside messages.
   *
   * @param body the value, opaque
   * @param sizeBytes its size, about
   * @param contained the refs in it
   */
  record Inline(@Nullable Object body, long sizeBytes, List<ObjectId> contained)
      implements Outcome {
    @Override
    public Inline renamed(List<ObjectId> changed) {
      return new Inline(body, sizeBytes, changed);
    }
  }

  /**
   * A large value, in the object store of a node.
   *
   * @param node the node that holds the primary copy
   * @param key its key in that store
   * @param sizeBytes its size
   * @param contained the refs in it
   * @param kinds what each of them is, opaque
   */
  record Stored(
      long node, long key, long sizeBytes, List<ObjectId> contained, @Nullable Object kinds)
      implements Outcome {
    @Override
    public Stored renamed(List<ObjectId> changed) {
      return new Stored(node, key, sizeBytes, changed, kinds);
    }
  }

  /**
   * The task returned a ref: the object is another name of that one.
   *
   * @param target the object it stands for
   */
  record Alias(ObjectId target) implements Outcome {
    @Override
    public List<ObjectId> contained() {
      return List.of(target);
    }

    @Override
    public Alias renamed(List<ObjectId> changed) {
      return new Alias(changed.getFirst());
    }
  }

  /**
   * There is no value.
   *
   * @param code why
   * @param message what happened, to what, and what to do
   * @param error what the user's code threw, opaque; null where Ray itself failed it
   * @param retryable whether the task's policy lists what was thrown
   */
  record Failed(ErrorCode code, String message, @Nullable Object error, boolean retryable)
      implements Outcome {
    /** A failure of Ray's own making. */
    public static Failed of(ErrorCode code, String message) {
      return new Failed(code, message, null, false);
    }

    @Override
    public List<ObjectId> contained() {
      return List.of();
    }

    @Override
    public Failed renamed(List<ObjectId> changed) {
      return this;
    }
  }
}

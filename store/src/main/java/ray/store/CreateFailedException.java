package ray.store;

import ray.core.store.CreateFailure;

/** An object got no bytes; {@link #failure()} tells why, for programs to switch over. */
public final class CreateFailedException extends ObjectStoreException {
  private static final long serialVersionUID = 1;

  private final transient CreateFailure failure;

  CreateFailedException(CreateFailure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** Why there was no room. */
  public CreateFailure failure() {
    return failure;
  }
}

package ray.runtime;

/** Unwinds an actor's method that ends its actor; not for programs to catch. */
final class ActorExit extends Error {
  private static final long serialVersionUID = 1L;

  ActorExit() {
    super("the actor exits", null, false, false);
  }
}

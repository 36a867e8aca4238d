package ray.runtime;

/**
 * What a handle of an actor carries with it.
 *
 * @param className the actor's class, for messages
 * @param maxTaskRetries how often its calls are sent again unless they say otherwise
 * @param maxPendingCalls how many calls one process may have waiting; -1 without limit
 */
public record ActorKind(String className, int maxTaskRetries, int maxPendingCalls) {}

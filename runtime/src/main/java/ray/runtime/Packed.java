package ray.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.runtime.serialization.Serialized;

/**
 * A small value as bytes, with what each of the refs in it is.
 *
 * @param bytes the value
 * @param kinds one for each contained ref: what an actor is, or null for an object
 */
record Packed(Serialized bytes, List<@Nullable ActorKind> kinds) {}

package ray.core;

import ray.ObjectId;

/**
 * An argument given as a ref: the task waits for its value.
 *
 * @param id the object
 */
public record RefArgument(ObjectId id) {}

package ray;

import org.jspecify.annotations.Nullable;

/**
 * The refs of the two results of a call.
 *
 * @param first the first result
 * @param second the second result
 * @param <A> the type of the first result
 * @param <B> the type of the second result
 */
public record Refs2<A extends @Nullable Object, B extends @Nullable Object>(
    ObjectRef<A> first, ObjectRef<B> second) {}

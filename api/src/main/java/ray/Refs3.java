package ray;

import org.jspecify.annotations.Nullable;

/**
 * The refs of the three results of a call.
 *
 * @param first the first result
 * @param second the second result
 * @param third the third result
 * @param <A> the type of the first result
 * @param <B> the type of the second result
 * @param <C> the type of the third result
 */
public record Refs3<
    A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
    ObjectRef<A> first, ObjectRef<B> second, ObjectRef<C> third) {}

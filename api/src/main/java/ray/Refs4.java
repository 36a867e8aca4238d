package ray;

import org.jspecify.annotations.Nullable;

/**
 * The refs of the four results of a call.
 *
 * @param first the first result
 * @param second the second result
 * @param third the third result
 * @param fourth the fourth result
 * @param <A> the type of the first result
 * @param <B> the type of the second result
 * @param <C> the type of the third result
 * @param <D> the type of the fourth result
 */
public record Refs4<
    A extends @Nullable Object,
    B extends @Nullable Object,
    C extends @Nullable Object,
    D extends @Nullable Object>(
    ObjectRef<A> first, ObjectRef<B> second, ObjectRef<C> third, ObjectRef<D> fourth) {}

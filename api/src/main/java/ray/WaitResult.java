package ray;

import java.util.List;

/**
 * What {@link Ray#wait} found, both lists in the order of the refs that were passed.
 *
 * @param ready refs whose {@code get} returns or throws at once; at most as many as were asked for
 * @param pending all the others
 * @param <T> the type of the values
 */
public record WaitResult<T>(List<ObjectRef<T>> ready, List<ObjectRef<T>> pending) {}

/**
 * The rules of one node's object store: which bytes belong to which object, who keeps it, who waits
 * for room, what is evicted. {@link ray.core.store.StoreCore} is the way in; it is pure and holds
 * no memory of its own, only the plan of it.
 */
@NullMarked
package ray.core.store;

import org.jspecify.annotations.NullMarked;

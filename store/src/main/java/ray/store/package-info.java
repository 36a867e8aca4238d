/**
 * The memory of a node's object store and the safe ways to write and read it; {@link
 * ray.store.ObjectStore} is the way in. The rules of who gets which bytes are those of {@link
 * ray.core.store.StoreCore}.
 */
@NullMarked
package ray.store;

import org.jspecify.annotations.NullMarked;

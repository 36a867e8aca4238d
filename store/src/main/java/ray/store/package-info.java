/** The object store. */
@NullMarked
package ray.store;

import org.jspecify.annotations.NullMarked;

/**
 * The executor inside each worker: which run may start, on which permit; the actors that live
 * there.
 */
@NullMarked
package ray.core.executor;

import org.jspecify.annotations.NullMarked;

/** The executor's core: what a worker runs, in which order, and who waits for it. */
@NullMarked
package ray.core.executor;

import org.jspecify.annotations.NullMarked;

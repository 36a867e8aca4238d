/**
 * {@code ray soak}: random programs on a node whose workers are killed, for as long as one likes.
 */
@NullMarked
package ray.benchmarks.soak;

import org.jspecify.annotations.NullMarked;

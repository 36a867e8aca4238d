/** Tests of the benchmarks. */
@NullMarked
package ray.benchmarks;

import org.jspecify.annotations.NullMarked;

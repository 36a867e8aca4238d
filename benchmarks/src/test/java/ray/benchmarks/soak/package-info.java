/** Tests of the soak. */
@NullMarked
package ray.benchmarks.soak;

import org.jspecify.annotations.NullMarked;

/** JMH benchmarks and {@code ray microbenchmark}. */
@NullMarked
package ray.benchmarks;

import org.jspecify.annotations.NullMarked;

/** JMH benchmarks of the hot paths; {@code ./ray run benchmarks/Jmh.java} runs them. */
@NullMarked
package ray.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;

/**
 * Which events and transitions of the cores the seeds of a simulation have reached: the cores are
 * loaded once more, with a probe at each branch.
 */
@NullMarked
package ray.simulator.coverage;

import org.jspecify.annotations.NullMarked;

/**
 * Shows that the simulator finds bugs: plants known ones in the product's cores, one at a time, and
 * counts the seeds until a rule is broken.
 */
@NullMarked
package ray.simulator.planted;

import org.jspecify.annotations.NullMarked;

/** Tests that bugs can be planted, and are found. */
@NullMarked
package ray.simulator.planted;

import org.jspecify.annotations.NullMarked;

/** Tests of the simulator, and of the cores by it. */
@NullMarked
package ray.simulator;

import org.jspecify.annotations.NullMarked;

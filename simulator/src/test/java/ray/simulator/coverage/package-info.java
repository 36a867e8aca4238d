@NullMarked
package ray.simulator.coverage;

import org.jspecify.annotations.NullMarked;

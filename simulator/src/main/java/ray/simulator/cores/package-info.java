/** The cores as files: their sources, and their classes loaded once more with changes in them. */
@NullMarked
package ray.simulator.cores;

import org.jspecify.annotations.NullMarked;

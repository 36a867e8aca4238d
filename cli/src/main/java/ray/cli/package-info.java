/** The {@code ray} command. */
@NullMarked
package ray.cli;

import org.jspecify.annotations.NullMarked;

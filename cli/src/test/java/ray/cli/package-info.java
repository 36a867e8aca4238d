/** Tests of the {@code ray} command, and of the rules that hold for all modules. */
@NullMarked
package ray.cli;

import org.jspecify.annotations.NullMarked;

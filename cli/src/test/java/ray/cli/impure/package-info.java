/** What a core must not be, to try the rules on. */
@NullMarked
package ray.cli.impure;

import org.jspecify.annotations.NullMarked;

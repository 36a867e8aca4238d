/** What programs import. */
@NullMarked
package ray;

import org.jspecify.annotations.NullMarked;

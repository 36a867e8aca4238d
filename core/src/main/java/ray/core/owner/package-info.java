/** The owner's core: objects and their counts, tasks and their retries, actors and their calls. */
@NullMarked
package ray.core.owner;

import org.jspecify.annotations.NullMarked;

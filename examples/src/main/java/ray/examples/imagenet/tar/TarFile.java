package ray.examples.imagenet.tar;

/**
 * One tar file of a source.
 *
 * @param name how it is shown to people, and its class's name where images do not tell: {@code
 *     n01440764.tar}
 * @param location where the source finds it
 * @param sizeBytes its length
 */
public record TarFile(String name, String location, long sizeBytes) {}

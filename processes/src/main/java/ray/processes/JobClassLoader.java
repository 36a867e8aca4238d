package ray.processes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The code of a job in a worker: classes and resources come from the driver when they are first
 * needed. Of the worker's own class path a job sees only Ray's API and what is behind it, so that
 * its own versions of libraries that Ray uses too do not meet Ray's. Thread-safe.
 */
final class JobClassLoader extends ClassLoader {
  /** What a job shares with the worker: the API, and the packages behind it. */
  private static final List<String> SHARED =
      List.of("ray.core.", "ray.runtime.", "ray.spi.", "ray.function.", "ray.wire.", "ray.store.");

  private static final String NULLNESS = "org.jspecify.";

  static {
    registerAsParallelCapable();
  }

  private final Source source;
  private final ClassLoader own;

  /** What the driver has said; a name that it does not have is not asked for again. */
  private final Map<String, Optional<byte[]>> known = new ConcurrentHashMap<>();

  /** Where code comes from. */
  @FunctionalInterface
  interface Source {
    /** The content of a resource; null if there is none. */
    byte @Nullable [] find(String name) throws IOException;
  }

  JobClassLoader(Source source, ClassLoader own) {
    super("job", ClassLoader.getPlatformClassLoader());
    this.source = source;
    this.own = own;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    return isShared(name) ? own.loadClass(name) : super.loadClass(name, resolve);
  }

  private static boolean isShared(String name) {
    if (name.startsWith(NULLNESS)) {
      return true;
    }
    if (!name.startsWith("ray.")) {
      return false;
    }
    // The API is the package itself; programs may have packages of their own below it.
    return name.indexOf('.', 4) < 0 || SHARED.stream().anyMatch(name::startsWith);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes;
    try {
      bytes = find(name.replace('.', '/') + ".class");
    } catch (IOException e) {
      throw new ClassNotFoundException(
          "class " + name + " could not be fetched from the program: " + e.getMessage(), e);
    }
    if (bytes == null) {
      throw new ClassNotFoundException(
          "class " + name + " is neither in the JDK nor in the program that runs this job");
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte @Nullable [] find(String name) throws IOException {
    Optional<byte[]> before = known.get(name);
    if (before == null) {
      before = Optional.ofNullable(source.find(name));
      known.put(name, name.endsWith(".class") ? before.map(found -> found) : before);
    }
    return before.orElse(null);
  }

  @Override
  protected @Nullable URL findResource(String name) {
    try {
      byte[] content = find(name);
      return content == null ? null : url(name, content);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL found = findResource(name);
    return found == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(found));
  }

  private static URL url(String name, byte[] content) throws MalformedURLException {
    URI uri = URI.create("ray-job:/" + name.replace(" ", "%20"));
    return URL.of(
        uri,
        new URLStreamHandler() {
          @Override
          protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
              @Override
              public void connect() {}

              @Override
              public InputStream getInputStream() {
                return new ByteArrayInputStream(content);
              }
            };
          }
        });
  }
}

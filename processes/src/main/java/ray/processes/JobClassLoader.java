package ray.processes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The code of a job in a worker: classes and resources come from what the node keeps of the job's
 * class path, or else from the program, when they are first needed. Of the worker's own class path
 * a job sees only Ray's API and what is behind it, so that its own versions of libraries that Ray
 * uses too do not meet Ray's. Thread-safe.
 */
final class JobClassLoader extends ClassLoader {
  /** What a job shares with the worker: the API, and the packages behind it. */
  private static final List<String> SHARED =
      List.of("ray.core.", "ray.runtime.", "ray.spi.", "ray.function.", "ray.wire.", "ray.store.");

  private static final String NULLNESS = "org.jspecify.";

  private static final String CLASS = ".class";

  static {
    registerAsParallelCapable();
  }

  private final Source source;
  private final ClassLoader own;

  /** What the program has said; what it does not have is not asked for again. */
  private final Map<String, Optional<FoundResource>> known = new ConcurrentHashMap<>();

  private final Map<String, List<FoundResource>> allKnown = new ConcurrentHashMap<>();
  private final Map<String, ProtectionDomain> domains = new ConcurrentHashMap<>();

  private volatile @Nullable CodeArchives archives;

  /** Which code of the job this is; -1 before that is known. */
  private final AtomicInteger generation = new AtomicInteger(-1);

  /** Where code comes from. */
  interface Source {
    /** Those of a name that there are: one, or all. */
    FoundResource.Answer find(String name, boolean all) throws IOException;

    /** Who needs what is looked for, in words. */
    String user();
  }

  JobClassLoader(Source source, ClassLoader own) {
    super("job", ClassLoader.getPlatformClassLoader());
    this.source = source;
    this.own = own;
  }

  /** From now on code is looked for here first, unless it is other code than this loader's. */
  void use(CodeArchives onNode) {
    generation.compareAndSet(-1, onNode.generation());
    if (!onNode.isEmpty() && onNode.generation() == generation.get()) {
      archives = onNode;
    }
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
    FoundResource found;
    StringBuilder lookedIn = new StringBuilder();
    try {
      found = find(name.replace('.', '/') + CLASS, lookedIn);
    } catch (IOException e) {
      throw new ClassNotFoundException(
          missing(name) + " could not be fetched from the program: " + e.getMessage(), e);
    }
    if (found == null) {
      throw new ClassNotFoundException(
          missing(name)
              + " is nowhere. It was looked for in the JDK of worker "
              + ProcessHandle.current().pid()
              + (lookedIn.isEmpty() ? "" : ", and in " + lookedIn)
              + ". Put it on the class path of the program that started the job; who calls an actor of"
              + " another program can use only classes that that has");
    }
    definePackage(name, found);
    return defineClass(name, found.content(), 0, found.content().length, domain(found.path()));
  }

  private String missing(String name) {
    return "class " + name + ", which " + source.user() + " needs,";
  }

  private void definePackage(String className, FoundResource found) {
    int end = className.lastIndexOf('.');
    if (end < 0 || found.about().size() != FoundResource.ABOUT.size()) {
      return;
    }
    String name = className.substring(0, end);
    if (getDefinedPackage(name) != null) {
      return;
    }
    List<@Nullable String> about = new ArrayList<>();
    found.about().forEach(text -> about.add(text.isEmpty() ? null : text));
    boolean sealed = "true".equalsIgnoreCase(about.get(6));
    try {
      definePackage(
          name,
          about.get(0),
          about.get(1),
          about.get(2),
          about.get(3),
          about.get(4),
          about.get(5),
          sealed ? url(found.path()) : null);
    } catch (IllegalArgumentException defined) {
      // By another thread, meanwhile.
    }
  }

  private ProtectionDomain domain(String path) {
    return domains.computeIfAbsent(
        path,
        missing ->
            new ProtectionDomain(
                new CodeSource(url(path), (Certificate[]) null), null, this, null));
  }

  private static @Nullable URL url(String path) {
    try {
      return path.isEmpty() ? null : Path.of(path).toUri().toURL();
    } catch (MalformedURLException | InvalidPathException elsewhere) {
      return null;
    }
  }

  private @Nullable FoundResource find(String name, StringBuilder lookedIn) throws IOException {
    CodeArchives onNode = archives;
    CodeArchives.Found here = onNode == null ? null : onNode.find(name);
    if (here != null && here.resource() != null && here.isCertain()) {
      return here.resource();
    }
    Optional<FoundResource> before = known.get(name);
    if (before == null) {
      FoundResource.Answer answer = source.find(name, false);
      lookedIn.append(answer.lookedIn());
      if (onNode != null && answer.lookedIn().indexOf(onNode.folder().toString()) < 0) {
        lookedIn.append(", and in ").append(onNode.lookedIn());
      }
      before = answer.found().stream().findFirst();
      if (!name.endsWith(CLASS) || before.isEmpty()) {
        known.put(name, before);
      }
    }
    return before.orElse(null);
  }

  @Override
  protected @Nullable URL findResource(String name) {
    try {
      FoundResource found = find(name, new StringBuilder());
      return found == null ? null : url(name, found, 0);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws IOException {
    List<FoundResource> all = allKnown.get(name);
    if (all == null) {
      all = source.find(name, true).found();
      allKnown.put(name, all);
    }
    List<URL> urls = new ArrayList<>();
    for (FoundResource each : all) {
      urls.add(url(name, each, urls.size()));
    }
    return Collections.enumeration(urls);
  }

  /** An address that reads what was found; those of one name differ by the number at their end. */
  private static URL url(String name, FoundResource found, int number)
      throws MalformedURLException {
    URI uri;
    try {
      uri = new URI("ray-job", null, "/" + name, number == 0 ? null : Integer.toString(number));
    } catch (URISyntaxException e) {
      throw new MalformedURLException(e.getMessage());
    }
    byte[] content = found.content();
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

              @Override
              public long getContentLengthLong() {
                return content.length;
              }
            };
          }
        });
  }
}

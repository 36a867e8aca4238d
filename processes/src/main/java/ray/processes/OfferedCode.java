package ray.processes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The code of a program, as it gives it to others: a class or resource by its name, which works
 * with whatever loader the program has; and whole jars and folders, for the node to keep. It may be
 * offered anew: what was compiled since the program began is given from then on, though the program
 * itself goes on with the classes that it has. Thread-safe.
 */
final class OfferedCode implements AutoCloseable {
  /**
   * How much of an element goes into one answer: little enough for the node's heap, which is small,
   * to take one after the other without growing.
   */
  static final int MAX_PART_BYTES = 512 << 10;

  /** How many classes that the JVM made from source are remembered, for actors that stay. */
  static final int MAX_REMEMBERED = 10_000;

  /** How many elements an error names. */
  private static final int MAX_NAMED = 20;

  private static final String CLASS = ".class";

  private final ClassLoader loader;

  /** Names of classes that are in no jar or folder, and are needed. */
  private final Set<String> inMemory = ConcurrentHashMap.newKeySet();

  private final AtomicLong given = new AtomicLong();

  /** Where code is looked for first, once it was offered anew. */
  private volatile @Nullable ClassPathOnDisk onDisk;

  // Guarded by this.
  private final Map<Integer, FileChannel> packed = new HashMap<>();
  private @Nullable CodeOffer offer;
  private boolean closed;

  OfferedCode(ClassLoader loader) {
    this.loader = loader;
  }

  /** How many classes and resources were given one by one. */
  long given() {
    return given.get();
  }

  // ---- by name

  /** Finds what a name stands for. */
  FoundResource.Answer find(String name) throws IOException {
    ClassPathOnDisk anew = onDisk;
    FoundResource found = anew == null ? null : anew.find(name);
    if (found == null) {
      URL url = loader.getResource(name);
      if (url == null || isGone(url, anew)) {
        return new FoundResource.Answer(List.of(), lookedIn());
      }
      found = read(name, url);
    }
    if (found.path().isEmpty() && name.endsWith(CLASS) && inMemory.size() < MAX_REMEMBERED) {
      inMemory.add(name);
    }
    given.incrementAndGet();
    return new FoundResource.Answer(List.of(found), "");
  }

  /** Finds all that a name stands for. */
  FoundResource.Answer findAll(String name) throws IOException {
    ClassPathOnDisk anew = onDisk;
    List<FoundResource> found = anew == null ? new ArrayList<>() : anew.findAll(name);
    for (URL url : Collections.list(loader.getResources(name))) {
      if (!"jrt".equals(url.getProtocol()) && !isGone(url, anew)) {
        found.add(read(name, url));
      }
    }
    given.addAndGet(found.size());
    return new FoundResource.Answer(found, found.isEmpty() ? lookedIn() : "");
  }

  /** Whether the program's loader finds something where the class path, read anew, had nothing. */
  private static boolean isGone(URL url, @Nullable ClassPathOnDisk anew) {
    return anew != null && anew.isKnown() && isOfAnElement(url);
  }

  private static boolean isOfAnElement(URL url) {
    return url.getProtocol().equals("file") || url.getProtocol().equals("jar");
  }

  private FoundResource read(String name, URL url) throws IOException {
    URLConnection connection = url.openConnection();
    // Of a jar that was written anew since, those would be the old contents.
    connection.setUseCaches(onDisk == null);
    try (InputStream in = connection.getInputStream()) {
      byte[] content = in.readAllBytes();
      if (connection instanceof JarURLConnection jar) {
        return new FoundResource(
            content,
            Path.of(jar.getJarFile().getName()).toString(),
            FoundResource.about(jar.getManifest(), name));
      }
      return new FoundResource(content, folder(name, url), List.of());
    }
  }

  private static String folder(String name, URL url) {
    if (!"file".equals(url.getProtocol())) {
      return "";
    }
    String file = URLDecoder.decode(url.getPath().replace("+", "%2B"), StandardCharsets.UTF_8);
    return file.endsWith("/" + name) ? file.substring(0, file.length() - name.length() - 1) : "";
  }

  private String lookedIn() {
    List<Path> path = ProgramClassPath.of(loader);
    String named =
        path.stream().limit(MAX_NAMED).map(Path::toString).collect(Collectors.joining(", "));
    return "the program, process "
        + ProcessHandle.current().pid()
        + (path.isEmpty()
            ? " (by its class loader " + loader + ")"
            : " ("
                + named
                + (path.size() > MAX_NAMED ? " and " + (path.size() - MAX_NAMED) + " more" : "")
                + ")");
  }

  // ---- as a whole

  /**
   * What the node may keep, as it is now. From now on all that is asked for is what lies there now,
   * not what the program itself has loaded.
   */
  synchronized CodeOffer offerAnew() {
    closePacked();
    offer = null;
    ClassPathOnDisk before = onDisk;
    onDisk = new ClassPathOnDisk(ProgramClassPath.of(loader));
    if (before != null) {
      before.close();
    }
    return offer();
  }

  /** What the node may keep. */
  synchronized CodeOffer offer() {
    CodeOffer known = offer;
    if (known == null) {
      List<CodeOffer.Element> elements = new ArrayList<>();
      for (Path path : ProgramClassPath.of(loader)) {
        elements.add(element(path));
      }
      known = new CodeOffer(elements);
      offer = known;
    }
    return known;
  }

  private static CodeOffer.Element element(Path path) {
    boolean folder = Files.isDirectory(path);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!folder) {
        String identity =
            String.join(
                "|",
                Machine.boot(),
                path.toString(),
                Long.toString(attributes.size()),
                attributes.lastModifiedTime().toString(),
                String.valueOf(attributes.fileKey()));
        return new CodeOffer.Element(path.toString(), identity, attributes.size(), false);
      }
      PackedFolder.Listing listing = PackedFolder.list(path);
      String identity = String.join("|", Machine.boot(), path.toString(), listing.identity());
      return new CodeOffer.Element(path.toString(), identity, listing.bytes(), true);
    } catch (IOException tooLargeOrUnreadable) {
      return new CodeOffer.Element(path.toString(), "", 0, folder);
    }
  }

  /** A part of an element; throws if it is not what was offered any more. */
  synchronized byte[] part(CodeOffer.Part wanted) throws IOException {
    CodeOffer.Element element = offer().elements().get(wanted.element());
    Path path = Path.of(element.path());
    if (!element.isFolder()) {
      try (FileChannel jar = FileChannel.open(path)) {
        byte[] part = read(jar, wanted.offset());
        check(element, path);
        return part;
      }
    }
    if (closed) {
      throw new IOException("this program has left");
    }
    FileChannel archive = packed.get(wanted.element());
    if (archive == null) {
      archive = PackedFolder.pack(path, PackedFolder.list(path));
      packed.put(wanted.element(), archive);
      check(element, path);
    }
    byte[] part = read(archive, wanted.offset());
    if (part.length == 0) {
      packed.remove(wanted.element());
      archive.close();
    }
    return part;
  }

  private static void check(CodeOffer.Element element, Path path) throws IOException {
    if (!element(path).identity().equals(element.identity())) {
      throw new IOException(path + " has changed since it was offered");
    }
  }

  private static byte[] read(FileChannel channel, long offset) throws IOException {
    long left = Math.clamp(channel.size() - offset, 0, MAX_PART_BYTES);
    ByteBuffer part = ByteBuffer.allocate((int) left);
    while (part.hasRemaining() && channel.read(part, offset + part.position()) >= 0) {
      // Until it is full.
    }
    return part.array();
  }

  /** An actor that is to outlive the program needs a class, and so all that it names. */
  void stays(String className) {
    if (inMemory.size() < MAX_REMEMBERED) {
      inMemory.add(className.replace('.', '/') + CLASS);
    }
  }

  /**
   * An archive of the classes that are in no element: those that were asked for, those of actors
   * that stay, and all that they name in turn.
   */
  byte[] rest() throws IOException {
    ArrayDeque<String> left = new ArrayDeque<>(inMemory);
    Map<String, byte[]> found = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    while (!left.isEmpty() && found.size() < MAX_REMEMBERED) {
      String name = left.remove();
      if (!seen.add(name)) {
        continue;
      }
      URL url = loader.getResource(name);
      if (url == null || isElsewhere(url)) {
        continue;
      }
      byte[] content = read(name, url).content();
      found.put(name, content);
      NamedClasses.in(content).forEach(each -> left.add(each + CLASS));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : found.entrySet()) {
        PackedFolder.add(zip, each.getKey(), each.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** Whether a class is one of the JDK's, or in an element that travels as a whole. */
  private boolean isElsewhere(URL url) {
    return url.getProtocol().equals("jrt") || isOfAnElement(url) && !offer().elements().isEmpty();
  }

  @Override
  public synchronized void close() {
    closed = true;
    closePacked();
    ClassPathOnDisk anew = onDisk;
    if (anew != null) {
      anew.close();
    }
  }

  private void closePacked() {
    for (FileChannel each : packed.values()) {
      try {
        each.close();
      } catch (IOException e) {
        // It has no name, and goes with the process.
      }
    }
    packed.clear();
  }
}

package ray.examples.imagenet.tar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tar files in a folder of this machine, or one tar file alone.
 *
 * @param place the path of the folder or of the file
 */
public record FolderSource(String place) implements TarSource {
  @Override
  public List<TarFile> list() throws IOException {
    Path path = Path.of(place);
    if (!Files.exists(path)) {
      throw new IOException(
          "%s does not exist. Give a folder of .tar files, s3://bucket/prefix, or nothing for the sample."
              .formatted(place));
    }
    if (Files.isRegularFile(path)) {
      return List.of(tarFile(path));
    }
    List<TarFile> tars = listFolder(path);
    if (tars.isEmpty()) {
      throw new IOException(
          "there is no .tar file in %s. Give the folder that holds the tar files itself."
              .formatted(place));
    }
    return tars;
  }

  private List<TarFile> listFolder(Path folder) throws IOException {
    List<TarFile> tars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          (Iterable<Path>) files.sorted(Comparator.comparing(Path::toString))::iterator) {
        if (file.toString().endsWith(".tar") && Files.isRegularFile(file)) {
          tars.add(tarFile(file));
        }
      }
    } catch (NotDirectoryException e) {
      throw new IOException("%s is neither a folder nor a file".formatted(place), e);
    }
    return tars;
  }

  /** Workers of a node are in a folder of their own, so they need the whole path. */
  private static TarFile tarFile(Path file) throws IOException {
    return new TarFile(
        file.getFileName().toString(), file.toAbsolutePath().toString(), Files.size(file));
  }

  @Override
  public InputStream open(TarFile tar) throws IOException {
    return Files.newInputStream(Path.of(tar.location()));
  }

  @Override
  public Optional<String> synsets() throws IOException {
    for (String name : SYNSET_FILES) {
      Path file = Path.of(place).resolve(name);
      if (Files.isRegularFile(file)) {
        return Optional.of(Files.readString(file));
      }
    }
    return Optional.empty();
  }

  @Override
  public String describe() {
    return place;
  }
}

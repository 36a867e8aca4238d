package ray.examples.imagenet.tar;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Where a data set's tar files are. A value: tasks get a copy and open what they need. */
public sealed interface TarSource permits FolderSource, S3Source, SampleSource {
  /**
   * The tar files, in the order of their names.
   *
   * @throws IOException if there are none, or the place can't be read, with what to do about it
   */
  List<TarFile> list() throws IOException;

  /** Opens one for reading from its start. The stream is not buffered. */
  InputStream open(TarFile tar) throws IOException;

  /**
   * The text of {@code synsets.txt} (or {@code LOC_synset_mapping.txt}) beside the tars, if there
   * is one.
   */
  Optional<String> synsets() throws IOException;

  /** The place in words. */
  String describe();

  /** Names under which the words of classes are looked for. */
  List<String> SYNSET_FILES = List.of("synsets.txt", "LOC_synset_mapping.txt");

  /**
   * The source that a user means.
   *
   * @param place a folder, a tar file, {@code s3://bucket/prefix}, or empty for the sample
   * @param endpoint of an S3 server other than Amazon's, or empty
   */
  static TarSource of(String place, String endpoint) {
    if (place.isEmpty()) {
      return new SampleSource();
    }
    return place.startsWith(S3Source.SCHEME)
        ? S3Source.parse(place, endpoint)
        : new FolderSource(place);
  }
}

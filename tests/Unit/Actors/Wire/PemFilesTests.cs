using Sluice.Actors.Wire;
using Xunit;

namespace Sluice.Unit.Actors.Wire;

public sealed class PemFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pem-files").FullName;
    private readonly List<string> _complaints = [];
    private readonly PemFiles<string> _files;

    public PemFilesTests()
    {
        _files = new PemFiles<string>(
            [At("certificate"), At("key")],
            texts => texts[0] == texts[1] ? texts[0] : throw new FormatException("They do not fit."),
            (files, _) => _complaints.Add(files));
        Write("one", "one");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_made_serves_until_the_files_hold_something_else()
    {
        var made = _files.Get();
        Write("one", "one");

        Assert.Same(made, _files.Get());
    }

    [Fact]
    public void While_only_one_of_two_files_is_replaced_the_former_ones_serve()
    {
        _files.Get();

        Write("two", "one");
        Assert.Equal("one", _files.Get());
        Assert.Equal("one", _files.Get());
        Assert.Single(_complaints);

        Write("two", "two");
        Assert.Equal("two", _files.Get());
    }

    [Fact]
    public void A_file_that_is_missing_for_a_moment_does_not_matter()
    {
        _files.Get();
        File.Delete(At("key"));

        Assert.Equal("one", _files.Get());
        Assert.Single(_complaints);
    }

    [Fact]
    public void New_content_counts_whatever_the_time_of_the_file_says()
    {
        var link = Path.Combine(_folder, "now");
        Directory.CreateDirectory(At("first"));
        Directory.CreateDirectory(At("second"));
        File.WriteAllText(Path.Combine(At("first"), "certificate"), "one");
        File.WriteAllText(Path.Combine(At("second"), "certificate"), "two");
        Directory.CreateSymbolicLink(link, At("first"));
        File.CreateSymbolicLink(At("linked"), Path.Combine(link, "certificate"));
        var files = new PemFiles<string>([At("linked")], texts => texts[0], (_, _) => { });
        Assert.Equal("one", files.Get());

        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, At("second"));

        Assert.Equal("two", files.Get());
    }

    [Fact]
    public void Files_that_never_fitted_are_an_error()
    {
        Write("one", "two");

        Assert.Throws<FormatException>(() => _files.Get());
    }

    private string At(string name) => Path.Combine(_folder, name);

    private void Write(string certificate, string key)
    {
        File.WriteAllText(At("certificate"), certificate);
        File.WriteAllText(At("key"), key);
    }
}

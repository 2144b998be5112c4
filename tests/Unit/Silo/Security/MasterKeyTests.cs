using System.Runtime.Versioning;
using Sluice.Silo.Security;
using Xunit;

namespace Sluice.Unit.Silo.Security;

[UnsupportedOSPlatform("windows")]
public sealed class MasterKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-");

    private string FilePath => Path.Combine(_folder.FullName, "master.key");

    [Fact]
    public void A_key_is_made_once_for_its_owner_alone()
    {
        var made = MasterKey.LoadOrCreate(FilePath);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(FilePath));
        Assert.Matches("^[0-9a-f]{64}$", File.ReadAllText(FilePath));
        Assert.Equal(made.Derive("x"), MasterKey.LoadOrCreate(FilePath).Derive("x"));
    }

    /// <summary>Guards clusters: a silo that made a key of its own would refuse the others' clients.</summary>
    [Fact]
    public void A_key_that_others_have_too_is_never_made()
    {
        var refused = Assert.Throws<MasterKeyException>(() => MasterKey.Load(FilePath));
        Assert.Contains("Silos of a cluster share one", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(FilePath));

        var made = MasterKey.LoadOrCreate(FilePath);
        Assert.Equal(made.Derive("x"), MasterKey.Load(FilePath).Derive("x"));
    }

    [Fact]
    public void No_two_files_get_the_same_key() => Assert.NotEqual(
        MasterKey.LoadOrCreate(FilePath).Derive("x"), MasterKey.LoadOrCreate(FilePath + "2").Derive("x"));

    [Fact]
    public void A_key_is_kept_as_it_is()
    {
        Write(new string('a', 64) + "\n");

        MasterKey.LoadOrCreate(FilePath);

        Assert.Equal(new string('a', 64) + "\n", File.ReadAllText(FilePath));
    }

    /// <summary>Guards stored keys: HKDF-SHA256 (RFC 5869), no salt, worked out by another implementation.</summary>
    [Fact]
    public void What_is_derived_never_changes()
    {
        Write(new string('a', 64));

        Assert.Equal(
            Expected, Convert.ToHexStringLower(MasterKey.LoadOrCreate(FilePath).Derive("client-key-mac")));
    }

    [Fact]
    public void Each_purpose_has_a_key_of_its_own()
    {
        var key = MasterKey.LoadOrCreate(FilePath);

        List<string> purposes = ["a", "b", "", "a "];

        var derived = purposes.ConvertAll(purpose => Convert.ToHexString(key.Derive(purpose)));

        Assert.Equal(4, derived.Distinct().Count());
        Assert.All(derived, text => Assert.Equal(64, text.Length));
        Assert.DoesNotContain(File.ReadAllText(FilePath), derived, StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.GroupExecute)]
    public void A_file_that_others_may_open_is_refused_with_what_to_do(UnixFileMode tooMuch)
    {
        Write(new string('a', 64), OwnerOnly | tooMuch);

        Assert.Equal(
            $"The master key file '{FilePath}' may be read by others than its owner: run 'chmod 600 {FilePath}'.",
            Refusal());
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    public void A_file_as_Kubernetes_mounts_it_is_accepted(UnixFileMode mode)
    {
        Write(new string('a', 64), mode);

        Assert.Equal(32, MasterKey.LoadOrCreate(FilePath).Derive("x").Length);
    }

    /// <summary>Guards stored keys: with another master key in a damaged one's place all are unknown.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_damaged_file_is_refused_and_left_as_it_is(string text)
    {
        Write(text);

        Assert.Equal(
            $"The master key file '{FilePath}' does not hold 64 hexadecimal digits. Restore it from its backup: "
            + "without it no stored key can be verified.",
            Refusal());
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named() => Assert.StartsWith(
        $"The master key file '{FilePath}/x' cannot be read or written: ",
        Assert.Throws<MasterKeyException>(() =>
        {
            Write(new string('a', 64));
            MasterKey.LoadOrCreate(FilePath + "/x");
        }).Message,
        StringComparison.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string text, UnixFileMode mode = OwnerOnly)
    {
        File.WriteAllText(FilePath, text);
        File.SetUnixFileMode(FilePath, mode);
    }

    private string Refusal() => Assert.Throws<MasterKeyException>(() => MasterKey.LoadOrCreate(FilePath)).Message;

    private const string Expected = "514261e1d975987351dbbd62609c77a9c004fac8698d81bf17b5fdd928741048";
}

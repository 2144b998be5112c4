using System.Runtime.Versioning;
using Sluice.Silo.Security;
using Xunit;

namespace Sluice.Unit.Silo.Security;

[UnsupportedOSPlatform("windows")]
public sealed class KeyHasherTests : IDisposable
{
    private static readonly byte[] Digest = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-");

    /// <summary>Guards stored keys: HMAC-SHA256 under the derived key, worked out by another implementation.</summary>
    [Fact]
    public void A_digest_has_the_same_MAC_for_ever()
    {
        Assert.Equal(
            "ce9faa8fe7de95b0a589da993a3e79c351d3509dac9a8c6f4d64f0f5fc5fd678",
            Convert.ToHexStringLower(HasherOf('a').Mac(Digest)));
        Assert.Equal("hmac-sha256.1", HasherOf('a').KeyId);
    }

    [Fact]
    public void Another_master_key_gives_another_MAC() =>
        Assert.NotEqual(HasherOf('a').Mac(Digest), HasherOf('b').Mac(Digest));

    [Fact]
    public void A_MAC_does_not_show_the_digest() => Assert.NotEqual(Digest, HasherOf('a').Mac(Digest));

    public void Dispose() => _folder.Delete(recursive: true);

    private KeyHasher HasherOf(char digit)
    {
        var path = Path.Combine(_folder.FullName, $"{digit}.key");
        File.WriteAllText(path, new string(digit, 64));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new KeyHasher(MasterKey.LoadOrCreate(path));
    }
}

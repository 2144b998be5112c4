using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Keys;

namespace Sluice.Silo.Security;

/// <summary>
/// A secret that was just made: its digest goes to the grain, its text is shown once and kept by nobody.
/// </summary>
internal readonly record struct NewKey(string Secret)
{
    /// <summary>What the grain keeps a MAC of. Edges make the same from a presented key.</summary>
    public byte[] Digest => SHA256.HashData(Encoding.ASCII.GetBytes(Secret));

    public static NewKey Make() => new(KeyText.SecretOf(RandomNumberGenerator.GetBytes(32)));

    public string TextFor(string environment, string clientId, int version) =>
        new KeyText(environment, clientId, version, Secret).Format();

    public override string ToString() => "NewKey { … }";
}

using Sluice.Edge.Tokens;

namespace Sluice.Edge.Credentials;

/// <summary>Whoever presents a key, before anyone has said whether it is right.</summary>
/// <param name="ClientId">The client that the key names.</param>
/// <param name="KeyVersion">The version that the key names.</param>
/// <param name="SecretDigest">SHA-256 of its secret. The secret itself is forgotten here.</param>
internal readonly record struct Caller(string ClientId, int KeyVersion, byte[] SecretDigest)
{
    /// <summary>The token that was presented in place of a key, and found right; null for a key.</summary>
    public VerifiedToken? Token { get; init; }

    /// <summary>Whether what was presented leaves this model to its client; a key leaves all.</summary>
    public bool Allows(string model) => Token?.Token.Scope.Allows(model) ?? true;
}

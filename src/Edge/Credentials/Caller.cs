namespace Sluice.Edge.Credentials;

/// <summary>Whoever presents a key, before anyone has said whether it is right.</summary>
/// <param name="ClientId">The client that the key names.</param>
/// <param name="KeyVersion">The version that the key names.</param>
/// <param name="SecretDigest">SHA-256 of its secret. The secret itself is forgotten here.</param>
internal readonly record struct Caller(string ClientId, int KeyVersion, byte[] SecretDigest);

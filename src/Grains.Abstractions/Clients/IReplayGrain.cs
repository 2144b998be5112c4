namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// The names of one client's calls that were used, of those whose digest begins with one byte. The grain key is
/// <see cref="ReplayUse.KeyOf"/>.
/// </summary>
/// <remarks>
/// That a name was used is stored before it is answered. An exception means that the outcome is unknown; the same call
/// may ask again, and hears the same.
/// </remarks>
[Alias("sluice.IReplayGrain")]
public interface IReplayGrain : IGrainWithStringKey
{
    /// <summary>A call with this name was admitted: it is the first one, or it is not.</summary>
    [Alias("Use")]
    Task<ReplayAnswer> Use(ReplayUse use);
}

/// <summary>
/// What a client asks for against calls that come twice. Values are wire: they are only ever added to.
/// </summary>
[GenerateSerializer, Alias("sluice.ReplayMode")]
public enum ReplayMode
{
    /// <summary>Nothing.</summary>
    Off = 0,

    /// <summary>Each call names itself; a name is good once an hour.</summary>
    Key = 1,

    /// <summary>Each call names itself by a UUID of version 7, which is good once for ever.</summary>
    Nonce = 2,
}

/// <summary>The use of a name.</summary>
/// <param name="Digest">SHA-256 of the name, in base 64 for URLs: 43 characters.</param>
/// <param name="By">The call, so that it may ask again; 1 to 64 characters.</param>
/// <param name="ExpiresAt">Until when the name is remembered, in seconds since 1970.</param>
[GenerateSerializer, Immutable, Alias("sluice.ReplayUse")]
public sealed record ReplayUse(
    [property: Id(0)] string Digest, [property: Id(1)] string By, [property: Id(2)] long ExpiresAt)
{
    /// <summary>The grain that has a name: one of 64 of its client, so that none has many.</summary>
    public static string KeyOf(string clientId, string digest) => $"{clientId}/{digest[..1]}";
}

/// <summary>What becomes of a name. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.ReplayAnswer")]
public enum ReplayAnswer
{
    /// <summary>No answer. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>It was not used before; from now on it was.</summary>
    First = 1,

    /// <summary>Another call has used it.</summary>
    Again = 2,

    /// <summary>So many are remembered that this one could not be.</summary>
    NoRoom = 3,
}

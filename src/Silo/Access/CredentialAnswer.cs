using Sluice.Rules.Credentials;

namespace Sluice.Silo.Access;

/// <summary>Who comes with a credential, or why that cannot be said.</summary>
/// <param name="Who">Who it is; null when it is refused.</param>
/// <param name="Sentence">Why it is refused, for a person.</param>
/// <param name="Refusal">Why, for whoever counts.</param>
/// <param name="ClientId">The client that it names; null for none.</param>
/// <param name="Wait">Longer than zero: it was not looked at, and is after that.</param>
internal sealed record CredentialAnswer(
    Administrator? Who, string Sentence = "", CredentialRefusal Refusal = default, string? ClientId = null,
    TimeSpan Wait = default);

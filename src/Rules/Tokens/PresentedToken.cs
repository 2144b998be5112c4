namespace Sluice.Rules.Tokens;

/// <summary>
/// What a client's grain is told of a token that an edge found right: its key is judged without a secret.
/// </summary>
/// <param name="Scope">What it leaves of what the client may.</param>
public sealed record PresentedToken(TokenScope Scope);

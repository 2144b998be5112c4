using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Policies;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Clients;

/// <summary>What the client's role, and the roles that its tokens say, allow.</summary>
internal sealed partial class ClientGrain
{
    // Workers of one kind call with tokens of the same roles, so these are looked up once.
    private (string[] Names, Grants Grants) _lastClaimed = ([], Grants.Nothing);

    /// <summary>Null where the role lets every call through, so that nothing is asked for each.</summary>
    private Grants? CallsOf(ClientDefinition definition) =>
        roles.Of(definition.Role) is { AllowsEveryCall: false } some ? some : null;

    /// <summary>What an edge says of a token; null for a key.</summary>
    private PresentedToken? Presented(TokenUse? token) => token is null
        ? null
        : new PresentedToken(new TokenScope([.. token.Models])) { Calls = Claimed(token.Roles) };

    /// <summary>Null where no roles are claimed: then it is the client alone who calls.</summary>
    private Grants? Claimed(string[]? names)
    {
        if (names is null)
        {
            return null;
        }

        if (!names.AsSpan().SequenceEqual(_lastClaimed.Names) || names.Length == 0)
        {
            _lastClaimed = (names, roles.OfClaim(names));
        }

        return _lastClaimed.Grants;
    }

    /// <summary>
    /// A supposed call is made with a key unless it says roles; then its token leaves all models to its client.
    /// </summary>
    private PresentedToken? SupposedToken(SupposedCall supposed) => supposed.TokenRoles is null
        ? null
        : new PresentedToken(TokenScope.All) { Calls = Claimed(supposed.TokenRoles) };

    private RoleModels[] ModelsOf(PresentedToken? token) =>
    [
        .. from grants in new[] { _policy.Calls, token?.Calls }
           where grants is not null
           select new RoleModels([.. grants.Models], [.. grants.DeniedModels]),
    ];
}

using System.Text;
using System.Text.Json;
using System.Web;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Grains.Federation;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;
using Sluice.Unit.Grains.Federation;
using Sluice.Unit.Grains.Tokens;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Logins;

/// <summary>A tenant whose people sign in as its client at a provider that the test plays.</summary>
public abstract class LoginTest : TokenTest
{
    private protected const string Corp = "https://corp.example";
    private protected const string Registered = "https://app.example/callback";
    private protected const string Secret = "a-secret-at-the-provider";
    private protected const string Verifier = "the-program-has-made-this-up-and-told-nobody";

    protected LoginTest()
    {
        Done(() => TenantOf(GrainWorld.Tenant).Create(new TenantDefinition { Tenant = GrainWorld.Tenant }));
        World.Providers.Has(Corp, TestKeys.Ec);
        World.SignIns.Answer = AnswerAsOpenId;
        Put(OpenId());
        Done(() => Login.Register(new LoginDefinition { Provider = "corp", RedirectAddresses = [Registered] }));
    }

    private protected ILoginGrain Login => World.Silo.Client.GetGrain<ILoginGrain>(GrainWorld.ClientId);

    private protected IProvidersGrain Providers => World.Silo.Client.GetGrain<IProvidersGrain>(GrainWorld.Tenant);

    /// <summary>What the provider's description has beside its addresses.</summary>
    private protected Dictionary<string, object> About { get; } = [];

    /// <summary>Changes what the ID token says, which is good otherwise.</summary>
    private protected Action<Dictionary<string, object>> Spoil { get; set; } = _ => { };

    /// <summary>What the provider answers to a code in place of an ID token; null: an ID token.</summary>
    private protected Func<ProviderQuestion, ProviderAnswer?>? AtTokens { get; set; }

    /// <summary>The nonce of the newest sign-in; null where there was none.</summary>
    private protected string? Nonce { get; set; }

    private protected static ProviderDefinition OpenId(params GrantDefinition[] grants) => new()
    {
        Provider = "corp",
        Issuer = Corp,
        Audience = "us",
        Grants = grants.Length > 0 ? grants : [new GrantDefinition { Client = GrainWorld.Name, Roles = ["user"] }],
        Login = new ProviderLoginDefinition { Kind = SignInKind.OpenIdConnect },
    };

    private protected void Put(ProviderDefinition provider, string? secret = Secret)
    {
        var sealedSecret = secret is null ? null : World.Run(async () => (await World.Box.SealAsync(
            ProviderSecrets.PlaceOf(GrainWorld.Tenant, provider.Provider), Encoding.UTF8.GetBytes(secret),
            CancellationToken.None)).Text);
        Done(() => Providers.PutWithSecret(provider, sealedSecret));
    }

    private protected ITenantGrain TenantOf(string tenant) => World.Silo.Client.GetGrain<ITenantGrain>(tenant);

    private protected static BeginLoginRequest Asked => new()
    {
        RedirectAddress = Registered,
        ResponseType = "code",
        Challenge = ProofKey.ChallengeOf(Verifier),
        ChallengeMethod = "S256",
        State = "of the program",
    };

    private protected LoginReply Begin(BeginLoginRequest? request = null)
    {
        var reply = World.Run(() => Login.Begin(request ?? Asked));
        Nonce = ParametersOf(reply).GetValueOrDefault("nonce");
        return reply;
    }

    /// <summary>The way back, as the provider sends it.</summary>
    private protected static CompleteLoginRequest BackOf(LoginReply begun) => new()
    {
        Ticket = begun.Ticket,
        State = ParametersOf(begun)["state"],
        Tenant = GrainWorld.Tenant,
        Provider = "corp",
        Code = "of-the-provider",
    };

    private protected LoginReply Complete(CompleteLoginRequest request) => World.Run(() => Login.Complete(request));

    /// <summary>A whole sign-in; the code that the program gets.</summary>
    private protected string SignIn(BeginLoginRequest? request = null)
    {
        var reply = Complete(BackOf(Begin(request)));
        Assert.StartsWith(Registered, reply.Address, StringComparison.Ordinal);
        return ParametersOf(reply)["code"];
    }

    private protected TokenReply Redeem(string code, string verifier = Verifier, string address = Registered) =>
        World.Run(() => Tokens.RedeemCode(new RedeemCodeRequest
        {
            Digest = AuthorizationCode.DigestOf(code)!, RedirectAddress = address, Verifier = verifier,
        }));

    private protected static Dictionary<string, string> ParametersOf(LoginReply reply)
    {
        if (reply.Address.Length == 0)
        {
            return [];
        }

        var query = HttpUtility.ParseQueryString(new Uri(reply.Address).Query);
        return query.AllKeys.ToDictionary(key => key!, key => query[key]!);
    }

    private protected static string ErrorOf(LoginReply reply) => ParametersOf(reply).GetValueOrDefault("error", "");

    private protected Dictionary<string, object> GoodClaims(string? nonce)
    {
        var now = World.UtcNow.ToUnixTimeSeconds();
        return new Dictionary<string, object>
        {
            ["iss"] = Corp,
            ["aud"] = "us",
            ["sub"] = "user-1",
            ["iat"] = now,
            ["exp"] = now + 300,
            ["auth_time"] = now - 5,
            ["nonce"] = nonce ?? "",
        };
    }

    private ProviderAnswer? AnswerAsOpenId(ProviderQuestion question)
    {
        if (question.Address == $"{Corp}/.well-known/openid-configuration")
        {
            return FakeSignIns.Json(new Dictionary<string, object>(About)
            {
                ["issuer"] = Corp,
                ["authorization_endpoint"] = $"{Corp}/authorize?theme=dark",
                ["token_endpoint"] = $"{Corp}/token",
            });
        }

        if (AtTokens is { } answer)
        {
            return answer(question);
        }

        var claims = GoodClaims(Nonce);
        Spoil(claims);
        var idToken = CompactToken.Sign("JWT", JsonSerializer.SerializeToUtf8Bytes(claims), TestKeys.Ec);
        return FakeSignIns.Json(new { id_token = idToken });
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Grains.Audit;
using Sluice.Grains.Issuers;
using Sluice.Rules.Audit;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Rules.Tokens;
using Sluice.Silo.Access;
using Sluice.Silo.Admin;
using Sluice.Silo.Storage.Audit;
using Sluice.Unit.Grains;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

/// <summary>Who passes to which route of the admin API, with which credential, and what the others are told.</summary>
public sealed class AdminAccessTests : IAuditLog, IDisposable
{
    private const string AuditorsToken = "the-auditors-token-0123456789-0123456789";
    private const string TenantsToken = "the-tenants-token-0123456789-0123456789-";
    private const string OthersToken = "another-tenants-token-0123456789-0123456";
    private const string Issuer = "https://sluice.example";
    private const string Clients = "/admin/v1/clients/{id}";

    private readonly GrainWorld _world = new();
    private readonly AccessOptions _options = new()
    {
        PlatformTenant = GrainWorld.Tenant,
        AdminTokens =
        {
            TokenOf("anna", AuditorsToken, "auditor"), TokenOf("tom", TenantsToken, "tenant-admin", GrainWorld.Tenant),
            TokenOf("olga", OthersToken, "tenant-admin", "other"),
        },
    };

    private readonly AdminGuard _guard;
    private int _passed;
    private string? _actor;

    public AdminAccessTests()
    {
        _guard = new AdminGuard(this, new WorldTime(_world), NullLogger<AdminGuard>.Instance);
        _world.Tokens.Issuer = Issuer;
        _world.CreateClient();
    }

    public void Dispose() => _guard.Dispose();

    /// <summary>Guards operators: who tries tokens is held back, and who was known here before is not.</summary>
    [Fact]
    public async Task A_network_that_tries_credentials_is_held_back_but_for_those_that_are_known()
    {
        var (known, late, key) = (Token(["auditor"]), Token(["auditor"]), Key("late"));
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/plans", known));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(401, await StatusAsync("GET", "/admin/v1/plans", $"guess-{i}-0123456789-0123456789-0123"));
        }

        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/plans", known));
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/audit", AuditorsToken));
        Assert.Equal(429, await StatusAsync("GET", "/admin/v1/plans", key));
        var refused = await CallAsync("GET", "/admin/v1/plans", $"Bearer {late}");
        Assert.Equal(429, refused.Response.StatusCode);
        Assert.True(int.Parse(refused.Response.Headers.RetryAfter!, CultureInfo.InvariantCulture) > 0);
    }

    Task IAuditLog.AppendAsync(
        string actor, ImmutableArray<(string Id, AuditNote Note)> entries, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    [Theory]
    [InlineData(null, "Bearer")]
    [InlineData("Basic YTpi", "Bearer")]
    [InlineData("Bearer nonsense", "Bearer error=\"invalid_token\"")]
    [InlineData("Bearer a.b.c", "Bearer error=\"invalid_token\"")]
    [InlineData("Bearer the-auditors-token-0123456789-012345678X", "Bearer error=\"invalid_token\"")]
    public async Task Whoever_is_not_known_is_told_what_to_bring(string? authorization, string challenge)
    {
        var context = await CallAsync("GET", "/admin/v1/audit", authorization);

        Assert.Equal((401, challenge), (context.Response.StatusCode, Challenge(context)));
        Assert.Equal(0, _passed);
    }

    [Fact]
    public async Task A_configured_token_passes_with_its_roles_and_the_trail_names_it()
    {
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/audit", AuditorsToken));
        Assert.Equal("token/anna", _actor);

        var refused = await CallAsync("POST", "/admin/v1/plans", $"Bearer {AuditorsToken}");
        Assert.Equal(403, refused.Response.StatusCode);
        Assert.Equal(
            "Bearer error=\"insufficient_scope\", error_description=\"needs the permission plans:write\"",
            Challenge(refused));
        Assert.Equal(1, _passed);
    }

    [Fact]
    public async Task A_key_of_a_client_passes_with_the_clients_role()
    {
        var key = Key("the admin's key");
        Assert.Equal(403, await StatusAsync("GET", "/admin/v1/plans", key));

        SetRole("admin");
        Assert.Equal(200, await StatusAsync("POST", "/admin/v1/plans", key));
        Assert.Equal($"client/{GrainWorld.ClientId}/2", _actor);

        // A key is proof of who it is each time, so it is fresh.
        Assert.Equal(200, await StatusAsync("POST", $"{Clients}/keys", key));
    }

    [Fact]
    public async Task An_access_token_passes_with_its_roles_and_without_any_as_a_guest()
    {
        SetRole("admin"); // What its client may is not what a token says.
        Assert.Equal(403, await StatusAsync("GET", "/admin/v1/plans", Token(null)));
        Assert.Equal(403, await StatusAsync("GET", "/admin/v1/plans", Token([])));
        Assert.Equal(403, await StatusAsync("GET", "/admin/v1/plans", Token(["no-such-role"])));
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/plans", Token(["auditor"])));
        Assert.Equal($"access-token/{GrainWorld.ClientId}/token-4", _actor);
        Assert.Equal(403, await StatusAsync("POST", "/admin/v1/plans", Token(["auditor", "developer"])));
        Assert.Equal(200, await StatusAsync("POST", "/admin/v1/plans", Token(["auditor", "admin"])));
    }

    [Fact]
    public async Task An_access_token_that_is_over_or_ended_passes_nowhere()
    {
        var ended = Token(["admin"]);
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/plans", ended));
        _world.Done(() => _world.Silo.Client.GetGrain<ITokenGrain>(GrainWorld.ClientId).RevokeAll());
        Assert.Equal(401, await StatusAsync("GET", "/admin/v1/plans", ended));

        _world.Jump(TimeSpan.FromSeconds(1));
        var over = Token(["admin"]);
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/plans", over));
        _world.Jump(AccessToken.LifetimeMax + AccessToken.ClockSkew);
        Assert.Equal(401, await StatusAsync("GET", "/admin/v1/plans", over));

        _world.Run(() => _world.Silo.Client.GetGrain<IIssuerGrain>(TokenIssuer.Key).Rotate("r"));
        var compromised = Token(["admin"]);
        _world.Run(() => _world.Silo.Client.GetGrain<IIssuerGrain>(TokenIssuer.Key)
            .Compromise(new CompactTokenName(compromised).KeyId));
        Assert.Equal(401, await StatusAsync("GET", "/admin/v1/plans", compromised));
    }

    [Fact]
    public async Task People_of_a_tenant_have_a_say_about_their_own_tenant_only_whatever_roles_their_tokens_claim()
    {
        _options.PlatformTenant = "platform";
        var token = Token(["admin"], secondsAgo: 0);

        Assert.Equal(403, await StatusAsync("POST", "/admin/v1/plans", token));
        Assert.Equal(200, await StatusAsync("GET", Clients, token));
        Assert.Equal(200, await StatusAsync("POST", $"{Clients}/keys", token));
        Assert.Equal(404, await StatusAsync("GET", "/admin/v1/tenants/{tenant}", token, tenant: "other"));
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/tenants/{tenant}", token, tenant: GrainWorld.Tenant));
    }

    [Fact]
    public async Task What_belongs_to_another_tenant_is_not_there()
    {
        Assert.Equal(200, await StatusAsync("GET", Clients, TenantsToken));
        Assert.Equal(404, await StatusAsync("GET", Clients, OthersToken));
        Assert.Equal(404, await StatusAsync("POST", $"{Clients}/keys", OthersToken));
        Assert.Equal(404, await StatusAsync("GET", "/admin/v1/tenants/{tenant}", TenantsToken, tenant: "other"));
        Assert.Equal(403, await StatusAsync("GET", "/admin/v1/audit", TenantsToken)); // Of no tenant alone.
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/roles", TenantsToken)); // No secret.
    }

    /// <summary>Guards against whoever makes himself a key of somebody who may more.</summary>
    [Fact]
    public async Task Nobody_changes_a_client_that_may_more_than_he_may_himself()
    {
        Assert.Equal(200, await StatusAsync("POST", $"{Clients}/keys", TenantsToken));

        SetRole("admin");
        foreach (var path in new[]
        {
            $"{Clients}/keys", $"{Clients}/keys/{{keyId}}/rotations", $"{Clients}/keys/{{keyId}}/emergency",
        })
        {
            Assert.Equal(403, await StatusAsync("POST", path, TenantsToken));
        }

        Assert.Equal(403, await StatusAsync("PATCH", Clients, TenantsToken));
        Assert.Equal(
            403,
            await StatusAsync("GET", $"{Clients}/keys/{{keyId}}/rotations/{{rotationId}}/secret", TenantsToken));
        Assert.Equal(200, await StatusAsync("GET", Clients, TenantsToken));
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(300, 200)]
    [InlineData(301, 401)]
    [InlineData(null, 401)]
    public async Task Keys_are_for_whoever_signed_in_lately(int? secondsAgo, int status)
    {
        var token = Token(["admin"], secondsAgo);

        var context = await CallAsync("POST", $"{Clients}/keys/{{version:int}}/revoke", $"Bearer {token}");

        Assert.Equal(status, context.Response.StatusCode);
        Assert.Equal(
            status == 200
                ? ""
                : "Bearer error=\"insufficient_user_authentication\", error_description=\"sign in again\", max_age=300",
            Challenge(context));
        Assert.Equal(200, await StatusAsync("GET", $"{Clients}/keys", token)); // A look wants no fresh sign-in.
    }

    [Fact]
    public async Task Where_it_does_not_matter_when_somebody_signed_in_nobody_asks()
    {
        _options.FreshAuthentication = TimeSpan.Zero;

        Assert.Equal(200, await StatusAsync("POST", $"{Clients}/keys", Token(["admin"])));
    }

    [Fact]
    public async Task A_configured_token_is_proof_by_itself_so_that_keys_can_be_ended_when_nobody_can_sign_in() =>
        Assert.Equal(200, await StatusAsync("POST", $"{Clients}/keys/{{version:int}}/revoke", TenantsToken));

    [Fact]
    public async Task A_route_without_a_rule_is_for_admins_and_a_path_without_a_route_for_operators()
    {
        var admin = Token(["admin"]);

        Assert.Equal(403, await StatusAsync("GET", "/admin/v1/forgotten", AuditorsToken));
        Assert.Equal(200, await StatusAsync("GET", "/admin/v1/forgotten", admin));
        Assert.Equal(200, await StatusAsync("GET", route: null, AuditorsToken)); // It hears that nothing is there.
        Assert.Equal(403, await StatusAsync("GET", route: null, Token(["user"])));
    }

    private static AdminTokenOptions TokenOf(string name, string token, string role, string tenant = "") => new()
    {
        Name = name,
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))),
        Roles = { role },
        Tenant = tenant,
    };

    private static string Challenge(HttpContext context) => context.Response.Headers.WWWAuthenticate.ToString();

    private void SetRole(string role) =>
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Role = role }));

    /// <summary>Another key of the client, as its text.</summary>
    private string Key(string seed)
    {
        var secret = KeyText.SecretOf(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        var version = _world.IssueKey(GrainWorld.DigestOf(secret)).Version;
        return new KeyText("test", GrainWorld.ClientId, version, secret).Format();
    }

    private int _tokens;

    /// <summary>A token as whoever signs people in issues it, by the issuer's own key.</summary>
    private string Token(string[]? roles, int? secondsAgo = null)
    {
        var (aid, issuer) = _world.Run(async () => (
            await _world.Silo.Client.GetGrain<ISigningKeyGrain>(TokenIssuer.Key).ForSigning(GrainWorld.Tenant),
            await _world.Silo.Client.GetGrain<IIssuerGrain>(TokenIssuer.Key).Describe()));
        var key = _world.Run(() =>
            _world.Box.OpenAsync(SigningAid.PlaceOf(aid!.KeyId), aid.Secret, CancellationToken.None));
        var now = Math.Max(_world.UtcNow.ToUnixTimeSeconds(), aid!.TokensFrom);
        var token = new AccessToken
        {
            Issuer = issuer.Issuer,
            Audience = issuer.Audience,
            ClientId = GrainWorld.ClientId,
            TokenId = $"token-{++_tokens}",
            IssuedAt = now,
            ExpiresAt = now + (long)AccessToken.LifetimeMax.TotalSeconds,
            KeyVersion = 1,
            Tenant = GrainWorld.Tenant,
            Scope = TokenScope.All,
            Roles = [.. roles ?? []],
            AuthTime = secondsAgo is { } ago ? _world.UtcNow.ToUnixTimeSeconds() - ago : null,
        };
        return AccessTokenRules.Sign(token, PrivateKey.Read(key, aid.Algorithm));
    }

    private async Task<int> StatusAsync(string method, string? route, string token, string tenant = "") =>
        (await CallAsync(method, route, $"Bearer {token}", tenant)).Response.StatusCode;

    private Task<HttpContext> CallAsync(string method, string? route, string? authorization, string tenant = "")
    {
        var time = new WorldTime(_world);
        var options = Options.Create(_options);
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging()
                .AddSingleton<IOptions<AccessOptions>>(options).AddSingleton<TimeProvider>(time).BuildServiceProvider(),
        };
        context.Response.Body = new MemoryStream();
        context.Request.Method = method;
        if (authorization is not null)
        {
            context.Request.Headers.Authorization = authorization;
        }

        if (route is not null)
        {
            context.SetEndpoint(new RouteEndpoint(
                _ => Task.CompletedTask, RoutePatternFactory.Parse(route), 0, EndpointMetadataCollection.Empty, route));
            context.Request.RouteValues["id"] = GrainWorld.ClientId;
            context.Request.RouteValues["tenant"] = tenant;
        }

        var credentials = new AdminCredentials(
            _world.Silo.Client, new AdminTokens(options, RoleBook.BuiltIn), RoleBook.BuiltIn, _guard, options, time);
        var middleware = new AdminAccessMiddleware(Pass, credentials, RoleBook.BuiltIn, _world.Silo.Client);
        _world.Run(() => middleware.InvokeAsync(context));
        return Task.FromResult<HttpContext>(context);
    }

    private Task Pass(HttpContext context)
    {
        _passed++;
        _actor = RequestContext.Get(AuditWriter.ActorKey) as string;
        return Task.CompletedTask;
    }

    private sealed class WorldTime(GrainWorld world) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => world.UtcNow;
    }

    /// <summary>The name of the key that signed a token.</summary>
    private readonly struct CompactTokenName
    {
        public CompactTokenName(string text)
        {
            Assert.Equal(TokenFault.None, CompactToken.TryParse(text, out var parsed));
            KeyId = parsed!.KeyId!;
        }

        public string KeyId { get; }
    }
}

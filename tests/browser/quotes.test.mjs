// SPDX-License-Identifier: MPL-2.0
// quotes.test.mjs: asking for a quote and reading it, as people do.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ask, base, errorOf, field, fill, launch, origin, send, shot, signIn, someRequest, visits }
    from './browser.mjs';

const reference = /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/;
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
let browser;
const visit = visits(() => browser);

before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

function someName() {
    return `Aciers du Midi ${randomUUID().slice(0, 8)}`;
}

for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
        const options = { javaScriptEnabled };

        visit('the school’s page includes the form and its request ends at a confirmation', options,
            async (page) => {
                await page.goto(`${origin}/`);
                await page.getByRole('link', { name: 'Demander un devis' }).first().click();
                await fill(page, someRequest(someName()));
                const response = await send(page);
                assert.equal(response.status(), 200);
                assert.match(await page.locator('.reference').innerText(), reference);
                assert.equal(page.url(),
                    `${base}/quotes/confirmation/${await page.locator('.reference').innerText()}`);
                await page.getByRole('heading', { level: 1, name: 'Votre demande est bien reçue' })
                    .waitFor();
            });

        visit('a blank form comes back with a message beside each field that is missing', options,
            async (page) => {
                await page.goto(`${base}/quotes/form`);
                assert.equal((await send(page)).status(), 422);
                assert.match(await page.title(), /^Erreur/);
                for (const name of ['need.audience', 'need.participants', 'need.modality',
                    'organisation.name', 'contact.given-name', 'contact.family-name', 'contact.email'])
                    assert.equal(await errorOf(page, name).innerText(), 'Ce champ est obligatoire.', name);
                assert.match(await errorOf(page, 'consent.accepted').innerText(), /cocher cette case/);
                for (const name of ['need.objective', 'need.sessions', 'need.message',
                    'need.starting-from', 'organisation.siren', 'contact.phone', 'contact.position'])
                    assert.equal(await errorOf(page, name).count(), 0, name);
                assert.equal(await page.locator('.error-summary li').count(), 8);
            });

        visit('what was typed stays, wrong or not', options, async (page) => {
            const answers = {
                ...someRequest('<b>Midi</b> & "Cie" <script>document.title = "x"</script>'),
                'need.participants': 'une douzaine',
                'organisation.siren': '123456789',
                'contact.email': 'helene.brule@aciers',
                'contact.phone': 'au standard',
            };
            await page.goto(`${base}/quotes/form`);
            await fill(page, answers);
            assert.equal((await send(page)).status(), 422);
            for (const [name, answer] of Object.entries(answers)) {
                const kind = await field(page, name).first().getAttribute('type');
                if (kind === 'checkbox' || kind === 'radio')
                    assert.deepEqual(await page.locator(`[name="${name}"]:checked`)
                        .evaluateAll((inputs) => inputs.map(({ value }) => value)), [answer].flat());
                else
                    assert.equal(await field(page, name).inputValue(), answer, name);
            }
            for (const name of ['need.participants', 'organisation.siren', 'contact.email',
                'contact.phone']) {
                assert.equal(await field(page, name).getAttribute('aria-invalid'), 'true', name);
                assert.match(await field(page, name).getAttribute('aria-describedby'),
                    new RegExp(`\\b${name}-error$`));
            }
            assert.match(await errorOf(page, 'contact.email').innerText(), /il faut une adresse électronique/);
            assert.match(await errorOf(page, 'organisation.siren').innerText(), /il faut un numéro SIREN/);
            assert.equal(await page.locator('.error').count(), 4);
        });
    });
}

describe('errors', () => {
    visit('stand between the label and the field, and the summary leads to them', {}, async (page) => {
        await page.goto(`${base}/quotes/form`);
        await send(page);
        assert.equal(await page.evaluate(() => document.activeElement.className), 'error-summary');
        for (const name of ['need.audience', 'need.modality', 'contact.email', 'consent.accepted']) {
            const link = page.locator(`.error-summary a[href="#${name}"]`);
            await link.click();
            assert.equal(await page.evaluate(() => document.activeElement.name), name);
            const above = await errorOf(page, name).boundingBox();
            const below = await field(page, name).first().boundingBox();
            assert.ok(below.y - above.y - above.height < 40, `${name}: the message is far away`);
            assert.ok(below.y >= above.y + above.height, `${name}: the message is not above`);
        }
        await shot(page, 'form-errors');
    });

    visit('of the second audience are told at the audience', {}, async (page) => {
        await page.goto(`${base}/quotes/form`);
        await fill(page, someRequest(someName()));
        await page.locator('[id="need.audience-proximity-managers"]')
            .evaluate((input) => { input.value = 'neighbours'; });
        assert.equal((await send(page)).status(), 422);
        assert.match(await errorOf(page, 'need.audience').innerText(), /neighbours/);
        assert.ok(await page.locator('[name="need.audience"][value="executives"]').isChecked());
    });

    visit('of no field are told by the summary', {}, async (page) => {
        await page.goto(`${base}/quotes/form`);
        await fill(page, someRequest(someName()));
        await field(page, 'contact.position').evaluate((input) => { input.name = 'contact.couleur'; });
        assert.equal((await send(page)).status(), 422);
        assert.match(await page.locator('.error-summary').innerText(), /contact\.couleur/);
        assert.equal(await page.locator('.error').count(), 0);
    });

    visit('of an outdated consent text untick the box', {}, async (page) => {
        await page.goto(`${base}/quotes/form`);
        await fill(page, someRequest(someName()));
        await field(page, 'consent.text-version').evaluate((input) => { input.value = '1999-01'; });
        assert.equal((await send(page)).status(), 422);
        assert.ok(await errorOf(page, 'consent.text-version').isVisible());
        assert.equal(await field(page, 'consent.text-version').inputValue(), '2026-11');
        assert.ok(!await field(page, 'consent.accepted').isChecked());
    });

    visit('of a date that is none keep what was typed', {}, async (page) => {
        await page.goto(`${base}/quotes/form`);
        await field(page, 'need.starting-from').evaluate((input) => { input.type = 'text'; });
        await field(page, 'need.starting-from').fill('début janvier');
        await send(page);
        assert.equal(await field(page, 'need.starting-from').inputValue(), 'début janvier');
        assert.ok(await errorOf(page, 'need.starting-from').isVisible());
    });
});

describe('staff', () => {
    visit('read what visitors sent', {}, async (page) => {
        const name = `${someName()} <&>`;
        const given = await ask(page, someRequest(name));
        const received = await page.locator('time').getAttribute('datetime');
        const words = await page.locator('time').innerText();
        const clock = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', hour: '2-digit',
            minute: '2-digit', day: 'numeric', month: 'long', year: 'numeric' })
            .formatToParts(new Date(received));
        for (const part of clock.filter(({ type }) => type !== 'literal'))
            assert.ok(words.includes(part.value), `${words} is not ${received} in Paris`);

        await signIn(page);
        const row = page.getByRole('row', { name });
        assert.match(await row.innerText(), new RegExp(given));
        assert.match(await row.innerText(), /14 \(2\sgroupes\)/);
        await row.getByRole('link', { name }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
        const text = await page.locator('main').innerText();
        for (const word of [given, 'Les cadres dirigeants', 'Les managers de proximité',
            'Mettre en œuvre une stratégie de développement des talents', 'Distanciel',
            '11\u00a0janvier 2027', 'Deux groupes,\nde préférence le mardi.', 'Hélène Brûlé', 'DRH',
            '+33498016050', 'helene.brule@aciers.example', '123456782', '2026-11'])
            assert.ok(text.includes(word), `${word} is missing`);
        await page.getByRole('link', { name: 'Toutes les demandes' }).click();
        assert.equal(page.url(), `${base}/quotes/requests`);
    });

    visit('are no visitors: who has not signed in is told so in French', {}, async (page) => {
        page.awaited = `${base}/quotes/requests`;
        const response = await page.goto(page.awaited);
        assert.equal(response.status(), 401);
        await page.getByRole('heading', { level: 1, name: 'Connexion nécessaire' }).waitFor();
    });

    visit('get no mail link from an address that would add recipients', {}, async (page) => {
        const name = someName();
        await ask(page, { ...someRequest(name), 'contact.email': 'a?bcc=b@aciers.example' });
        await signIn(page);
        await page.getByRole('link', { name }).click();
        await page.getByText('a?bcc=b@aciers.example').waitFor();
        assert.equal(await page.locator('a[href^="mailto:"]').count(), 0);
    });
});

describe('by keyboard alone', () => {
    async function tabTo(page, name, value) {
        for (let presses = 0; presses < 60; presses++) {
            await page.keyboard.press('Tab');
            const at = await page.evaluate(() => {
                const { name: field, value: code, type } = document.activeElement;
                return { field, code: type === 'checkbox' ? code : undefined };
            });
            if (at.field === name && (value === undefined || at.code === value))
                return;
        }
        assert.fail(`Tab never reaches ${name}`);
    }

    visit('a quote can be asked for', {}, async (page) => {
        await page.goto(`${base}/quotes/form`);
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Aller au contenu');
        await page.keyboard.press('Enter');
        await tabTo(page, 'need.audience', 'proximity-managers');
        await page.keyboard.press('Space');
        await tabTo(page, 'need.participants');
        await page.keyboard.type('8');
        await tabTo(page, 'need.modality');
        await page.keyboard.press('Space');
        await tabTo(page, 'organisation.name');
        await page.keyboard.type(someName());
        await tabTo(page, 'contact.given-name');
        await page.keyboard.type('Alice');
        await tabTo(page, 'contact.family-name');
        await page.keyboard.type('Martin');
        await tabTo(page, 'contact.email');
        await page.keyboard.type('alice@aciers.example');
        await tabTo(page, 'consent.accepted');
        await page.keyboard.press('Space');
        await page.keyboard.press('Tab');
        await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
        assert.match(await page.locator('.reference').innerText(), reference);
    });

    visit('the focus is always to be seen', {}, async (page) => {
        await page.goto(`${origin}/`);
        for (let presses = 0; presses < 30; presses++) {
            await page.keyboard.press('Tab');
            const seen = await page.evaluate(() => {
                const style = getComputedStyle(document.activeElement);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
            });
            assert.ok(seen, `after ${presses + 1} presses nothing shows the focus`);
        }
    });
});

describe('every page', () => {
    const paths = ['/quotes/form', '/quotes/requests', '/quotes/catalogue', '/quotes/catalogue/form', '/',
        '/quotes/nothing'];

    visit('is sent with the strict policy and not stored', {}, async (page) => {
        await signIn(page);
        for (const path of paths) {
            page.awaited = `${base}${path}`;
            const response = await page.goto(page.awaited);
            assert.equal(response.headers()['content-security-policy'], policy, path);
            assert.equal(response.headers()['cache-control'], 'no-store', path);
        }
    });

    visit('holds no script and no style of its own', {}, async (page) => {
        await signIn(page);
        for (const url of [`${origin}/`, ...paths.map((path) => base + path)]) {
            page.awaited = url;
            await page.goto(url);
            assert.equal(await page.locator('script, style, [style], [onclick], [onload]').count(), 0, url);
            assert.equal(await page.locator('link[rel="stylesheet"]').count(), 1, url);
        }
    });

    visit('has one title and each id once', {}, async (page) => {
        await signIn(page);
        for (const url of [`${origin}/`, ...paths.map((path) => base + path)]) {
            page.awaited = url;
            await page.goto(url);
            assert.equal(await page.locator('h1').count(), 1, url);
            const ids = await page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id));
            assert.deepEqual(ids, [...new Set(ids)], url);
            const levels = await page.locator('h1, h2, h3, h4')
                .evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
            levels.forEach((level, i) => assert.ok(level <= (levels[i - 1] ?? 0) + 1, `${url}: ${levels}`));
        }
    });
});
